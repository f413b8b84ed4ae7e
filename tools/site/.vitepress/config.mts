import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** The copy of docs/ that `make site` makes: pages find the generator's packages from there. */
const docs = here("../pages/");
const lineOf = (page: string) => /^# (.*)$/m.exec(readFileSync(`${docs}${page}.md`, "utf8"))?.[1] ?? page;
const group = (text: string, ...pages: string[]) => ({
  text,
  items: pages.map((page) => ({ text: lineOf(page), link: `/${page}` })),
});

/** In a repository a link is named as its file is; here, by the page's title. */
const titled = (name: string) => name.replace(/^([\w-]+)\.md$/, (_, page) => lineOf(page));

/** docs/ as pages. A link that leaves docs/, to a test, say, is text there: the site has docs/ alone. */
export default defineConfig({
  title: "kvmnet",
  description: "The virtual machines of a KVM host straight on your LAN, with Pulumi and over SSH",
  srcDir: docs,
  outDir: here("../../../site/"),
  // What the registry of Pulumi shows, in words of its own.
  srcExclude: ["_index.md"],
  markdown: {
    config(md) {
      md.core.ruler.push("within-docs", ({ tokens }) => {
        for (const { children } of tokens)
          for (const [index, link] of (children ?? []).entries()) {
            if (link.type !== "link_open") continue;
            const text = children?.[index + 1];
            if (link.attrGet("href")?.startsWith("../"))
              link.attrs = (link.attrs ?? []).filter(([name]) => name !== "href");
            else if (text?.type === "text") text.content = titled(text.content);
          }
      });
    },
  },
  head: [["link", { rel: "icon", href: "/logo.svg" }]],
  themeConfig: {
    logo: "/logo.svg",
    search: { provider: "local" },
    outline: { level: [2, 3] },
    sidebar: [
      group("Start", "oneHost", "installation-configuration", "connecting", "commandLine", "faq"),
      group(
        "Tasks",
        "severalBridges",
        "nics",
        "libvirt",
        "adopting",
        "moving",
        "fleet",
        "doctor",
        "leaving",
        "uninstall",
      ),
      group("What it does", "preview", "safety", "transaction", "security", "howFast", "troubleshooting", "words"),
    ],
  },
});
