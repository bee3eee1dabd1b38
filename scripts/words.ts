// Words and phrases that readers stumble over (CONTRIBUTING.md, "How we write") must not occur in documents, comments,
// messages or names. Text in quotation marks of prose is allowed, so that a document can quote a word.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Each pattern with the plain words to use instead. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\banswers\b/i, 'returns, responds or responses'],
  [/\banswer(ed|s)? (with )?\d{3}\b/i, 'gets or returns'],
  [/\b(told|tells)\b/i, 'reports, says or distinguishes'],
  [/\bjudges? nothing\b/i, 'never fails the check'],
  [/\bjudged\b/i, 'checked, or compared'],
  [/\bworthless\b/i, 'invalid'],
  [/\bnone of ours\b/i, 'say whose it is'],
  [/\bnought\b/i, 'zero'],
  [/\bby the way\b/i, 'leave it out'],
  [/\banew\b/i, 'again'],
  [/\balike\b/i, 'in the same way'],
  [/\bnobody['’]s\b/i, 'say who has it'],
  [/\b(whoever|whosoever)\b/i, 'the person who'],
  [/\bforeseen?\b/i, 'predict'],
  [/\bbettered\b/i, 'improved'],
  [/\bthereby\b/i, 'so'],
  [/\bof its own\b(?! [a-z])/i, 'its own, or separate'],
  [/\b(is|are) there (already|then|too|yet)\b/i, 'exists'],
  [/\b(is|are) there[.,;:)]/i, 'exists, or has arrived'],
  [/\bas it does\b/i, 'the same'],
  [/\b(goes|go|went) on\b(?! (the|top|its|a|to)\b)/i, 'continues'],
  [/\bstands\b(?! (for|in|out|still)\b)/i, 'is'],
  [/\bheld to\b/i, 'compared with'],
  [/\bways in\b/i, 'say which: routes, buttons'],
  [/\b(is|was|were|been) (not )?said\b|\bsaid (so|of)\b/i, 'recorded, given or reported'],
  [/\bis not tried to be\b/i, 'say who stops what'],
];

const TYPES = 'go ts tsx mts mjs js css lua sh html toml yaml yml md service'.split(' ').map((type) => `*.${type}`);
const SOURCES = [...TYPES, 'Makefile', '*Dockerfile', 'web/_headers'];
/** Text of others, which is quoted, and this file. */
const SKIPPED = /(^|\/)testdata\/|^scripts\/words|^docs\/bruno\/|^CODE_OF_CONDUCT|_gen\.go$|^web\/src\/contract\//;
/** Words in typographic or straight double quotation marks, as prose has them. */
const QUOTED = /“[^”]*”|"[^"\n]{1,60}"/g;

interface Fault {
  line: number;
  found: string;
  plain: string;
}

/** Returns the faults of a text. In prose, and in the comments of code, quoted words are allowed. */
export function faultsOf(text: string, isProse: boolean): Fault[] {
  return text.split('\n').flatMap((line, index) => {
    const read = isProse || /^\s*(\/\/|\*|\/\*|#|--)/.test(line) ? line.replace(QUOTED, '""') : line;
    return WORDS.flatMap(([pattern, plain]) => {
      const found = pattern.exec(read);
      return found ? [{ line: index + 1, found: found[0], plain }] : [];
    });
  });
}

if (process.argv[1] === import.meta.filename) {
  const tracked = ['ls-files', '--cached', '--others', '--exclude-standard', ...SOURCES];
  const files = execFileSync('git', tracked, { encoding: 'utf8' }).trim().split('\n');
  let faults = 0;
  for (const file of files.filter((one) => !SKIPPED.test(one))) {
    for (const { line, found, plain } of faultsOf(readFileSync(file, 'utf8'), /\.(md|ya?ml)$/.test(file))) {
      faults++;
      console.error(`${file}:${line}: "${found}"; write: ${plain}`);
    }
  }
  process.exit(faults > 0 ? 1 : 0);
}
