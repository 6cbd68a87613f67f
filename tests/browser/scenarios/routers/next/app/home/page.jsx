export default function Home() {
  return <textarea id="unsaved" />;
}
