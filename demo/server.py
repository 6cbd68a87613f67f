"""The application: ``/chatkit`` as OpenAI's server SDK speaks it, and the site around it."""

import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from chatkit.server import StreamingResult
from chatkit.store import NotFoundError
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from .assistant import Assistant, RefusedError, commands
from .context import Context
from .fault_layer import CloseAfterAnswer, FaultLayer
from .faults import Faults
from .site import Site
from .store import ThreadStore
from .streams import NO_STORE, EventStream, problem

logger = logging.getLogger("demo")


def create_app(
    *, database: Path, site: Path, faults: Faults | None = None, word_delay: float = 0.04
) -> Starlette:
    """The whole server, ready for uvicorn.

    ``database`` is made where it is missing; ``site`` is the directory with ``index.html``.
    With ``faults`` a test can make requests fail. ``app.state.store`` is the ``ThreadStore``.
    Raises ``sqlite3.Error`` or ``OSError`` where the database cannot be opened.
    """
    store = ThreadStore(database)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        store.close()

    chatkit: ASGIApp = ChatKitEndpoint(Assistant(store, word_delay))
    if faults is not None:
        chatkit = FaultLayer(chatkit, faults)
    app = Starlette(
        routes=[
            Route("/chatkit", chatkit, methods=["POST"]),
            Route("/demo/commands.json", _commands),
            Mount("/", Site(site, database)),
        ],
        middleware=[] if faults is None else [Middleware(CloseAfterAnswer)],
        lifespan=lifespan,
    )
    app.state.store = store
    return app


class ChatKitEndpoint:
    """One POST of the ChatKit protocol in, JSON or a stream of events out."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            body = await Request(scope, receive).body()
        except ClientDisconnect:
            return
        response = await self._answer_or_problem(body)
        await response(scope, receive, send)

    async def _answer_or_problem(self, body: bytes) -> Response:
        try:
            return await self._answer(body)
        except NotFoundError as error:
            return problem(404, str(error))
        except RefusedError as error:
            return problem(403, str(error))
        except ValidationError:
            return problem(400, "This is no request of the ChatKit protocol.")
        except (NotImplementedError, RuntimeError):
            return problem(501, "This demo takes neither attachments nor dictation.")
        except ValueError as error:
            return problem(409, str(error))
        except Exception:
            logger.exception("A request failed")
            return problem(500, "The demo's server failed; its console says why.")

    async def _answer(self, body: bytes) -> Response:
        context = Context()
        result = await self._assistant.process(body, context)
        if not isinstance(result, StreamingResult):
            return Response(result.json, media_type="application/json", headers=NO_STORE)
        return await EventStream(result.json_events, context.cut).begin()


async def _commands(_: Request) -> JSONResponse:
    return JSONResponse(commands(), headers={"cache-control": "no-cache"})
