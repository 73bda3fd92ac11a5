// Hold pages against Lighthouse (a phone, simulated slow 4G): node quality.mjs CHROMIUM < [{"url": …, "cookie": …}]
// Prints one line of JSON for each page: {url, scores, figures, failed}; scores of 100.
import lighthouse from "lighthouse";
import puppeteer from "puppeteer";
import { readFileSync } from "node:fs";

const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await puppeteer.launch({ executablePath: process.argv[2], headless: true, args });
const port = Number(new URL(browser.wsEndpoint()).port);
const onlyCategories = ["performance", "accessibility", "best-practices", "seo"];
const MEASURES = ["largest-contentful-paint", "first-contentful-paint", "cumulative-layout-shift", "total-blocking-time", "total-byte-weight"];
try {
  for (const { url, cookie } of JSON.parse(readFileSync(0, "utf8"))) {
    // In the browser's own jar: a header of Lighthouse's would be missing from what the page asks at the very end.
    const cookies = cookie.split("; ").filter(Boolean).map((one) => {
      const [name, value] = one.split(/=(.*)/s);
      return { name, value, domain: new URL(url).hostname, path: "/" };
    });
    await browser.setCookie(...cookies);
    const { lhr } = await lighthouse(url, { port, onlyCategories, logLevel: "error" });
    await browser.deleteCookie(...(await browser.cookies()));
    const scores = Object.fromEntries(Object.entries(lhr.categories).map(([id, { score }]) => [id, Math.round(score * 100)]));
    const figures = Object.fromEntries(MEASURES.map((id) => [id, lhr.audits[id].numericValue]));
    const counted = new Set(Object.values(lhr.categories).flatMap(({ auditRefs }) => auditRefs.filter((ref) => ref.weight > 0).map((ref) => ref.id)));
    const failed = Object.values(lhr.audits).filter(({ id, score }) => counted.has(id) && score !== null && score < 0.9)
      .map(({ id, title, details }) => ({ id, title, items: (details?.items ?? []).slice(0, 5) }));
    console.log(JSON.stringify({ url: lhr.finalDisplayedUrl, asked: url, scores, figures, failed, trouble: lhr.runtimeError?.message }));
  }
} finally {
  await browser.close();
}
