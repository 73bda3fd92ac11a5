// Hold pages against pa11y (HTML_CodeSniffer, WCAG 2 AA): node check.mjs CHROMIUM < [{"url": …, "cookie": …}]
// Prints one line of JSON for each page: {url, title, issues}.
import pa11y from "pa11y";
import puppeteer from "puppeteer";
import { readFileSync } from "node:fs";

const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await puppeteer.launch({ executablePath: process.argv[2], headless: true, args });
try {
  for (const { url, cookie } of JSON.parse(readFileSync(0, "utf8"))) {
    const told = await pa11y(url, { browser, headers: cookie ? { Cookie: cookie } : {}, includeWarnings: false, timeout: 30000 });
    const issues = told.issues.map(({ code, selector, context, message }) => ({ code, selector, context, message }));
    console.log(JSON.stringify({ url, title: told.documentTitle, issues }));
  }
} finally {
  await browser.close();
}
