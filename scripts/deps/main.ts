/** `make deps`: what is used, what is newer, under which licences, and what is known to be vulnerable. It reports and fails for a vulnerability only. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goDependencies, modulesOf } from './go.ts';
import { npmAudit, npmDependencies } from './npm.ts';
import { tell } from './report.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const go = goDependencies(root);
console.log(tell('Go modules in the worker and the engine', go.shipped, true));
console.log(tell('Go modules that build and test', go.tools, false));
console.log(tell('Go modules of the local cloud', modulesOf(join(root, 'local'), ['-test', './...']), false));
const npm = npmDependencies(root);
console.log(tell('npm packages of the pages and the widget', npm.shipped, true));
console.log(tell('npm packages that build and test', npm.tools, false));

const audit = npmAudit(root);
console.log(
  `npm audit: ${audit === undefined ? 'not reachable: this registry answers no audits' : audit.length === 0 ? 'nothing known' : `\n  ${audit.join('\n  ')}`}`,
);
if (audit && audit.length > 0) process.exitCode = 1;

for (const module of ['.', 'local']) {
  const { status, stdout, stderr } = spawnSync(join(root, 'build/govulncheck'), ['./...'], {
    cwd: join(root, module),
    encoding: 'utf8',
  });
  const vulnerable = status === 3; // https://pkg.go.dev/golang.org/x/vuln/cmd/govulncheck#hdr-Exit_codes
  if (vulnerable) process.exitCode = 1;
  console.log(
    `govulncheck, ${module}: ${status === 0 ? 'nothing known' : vulnerable ? `\n${stdout}` : `not reachable: ${stderr.trim().split('\n').at(-1)}`}`,
  );
}
