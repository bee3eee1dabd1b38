/**
 * `make deps`: prints the dependencies, their licences, newer versions and known vulnerabilities. It fails only if
 * there is a known vulnerability.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goDependencies, modulesOf } from './go.ts';
import { npmAudit, npmDependencies } from './npm.ts';
import { table } from './report.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const go = goDependencies(root);
console.log(table('Go modules in the worker and the engine', go.shipped, true));
console.log(table('Go modules that build and test', go.tools, false));
console.log(table('Go modules of the local cloud', modulesOf(join(root, 'local'), ['-test', './...']), false));
const npm = npmDependencies(root);
console.log(table('npm packages of the pages and the widget', npm.shipped, true));
console.log(table('npm packages that build and test', npm.tools, false));

const audit = npmAudit(root);
if (audit === undefined) console.log('npm audit: this registry has no audit service');
else if (audit.length === 0) console.log('npm audit: nothing known');
else {
  console.log(`npm audit:\n  ${audit.join('\n  ')}`);
  process.exitCode = 1;
}

for (const module of ['.', 'local']) {
  const { status, stdout, stderr } = spawnSync(join(root, 'build/govulncheck'), ['./...'], {
    cwd: join(root, module),
    encoding: 'utf8',
  });
  const vulnerable = status === 3; // https://pkg.go.dev/golang.org/x/vuln/cmd/govulncheck#hdr-Exit_codes
  if (status === 0) console.log(`govulncheck, ${module}: nothing known`);
  else if (vulnerable) console.log(`govulncheck, ${module}:\n${stdout}`);
  else console.log(`govulncheck, ${module}: not reachable: ${stderr.trim().split('\n').at(-1)}`);
  if (vulnerable) process.exitCode = 1;
}
