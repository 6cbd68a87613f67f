import { Suspense } from "react";
import { Chat, Scripts } from "../chat.jsx";
import { Routed } from "./routed.jsx";

export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <Scripts />
      </head>
      <body>
        <Chat />
        <Suspense>
          <Routed>{children}</Routed>
        </Suspense>
      </body>
    </html>
  );
}
