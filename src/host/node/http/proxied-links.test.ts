import assert from "node:assert/strict";
import { test } from "node:test";
import { proxiedLink, withProxiedLinks } from "./proxied-links.ts";

const place = { prefix: "/api/v1/namespaces/shop/pods/web/proxy", url: "http://10.244.0.7:80/page" };

test("proxied links: what is rewritten", () => {
  const cases: readonly [link: string, becomes: string][] = [
    ["/rewriteme", `${place.prefix}/rewriteme`],
    ["/a/?q=1#part", `${place.prefix}/a/?q=1#part`],
    ["relative", "relative"],
    ["#part", "#part"],
    [`${place.prefix}/already`, `${place.prefix}/already`],
    ["https://elsewhere.example/x", "https://elsewhere.example/x"],
    ["http://10.244.0.7:80/x", "http://10.244.0.7:80/x"],
    ["http://10.244.0.7/x", `${place.prefix}/x`],
  ];
  for (const [link, becomes] of cases) assert.equal(proxiedLink(link, place), becomes, link);
});

test("proxied links: a page in pieces keeps every other byte", async () => {
  const page = `<!DOCTYPE html><!-- /x --><BODY class=a><a href="/rewriteme">t&amp;ü</a><img src=/pic.png alt='/x'><script>"/x"</script>`;
  const bytes = Buffer.from(page);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  const rewritten = withProxiedLinks(pieces(), place);
  // Whoever reads may come late.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  let text = "";
  for await (const chunk of rewritten) text += Buffer.from(chunk).toString();
  const wanted = page
    .replace('"/rewriteme"', `"${place.prefix}/rewriteme"`)
    .replace("src=/pic.png alt='/x'", `src="${place.prefix}/pic.png" alt="/x"`);
  assert.equal(text, wanted);
});
