import { Head, Html, Main, NextScript } from "next/document";
import { Scripts } from "../chat.jsx";

export default function Document() {
  return (
    <Html lang="en">
      <Head>
        <Scripts />
      </Head>
      <body>
        <Main />
        <NextScript />
      </body>
    </Html>
  );
}
