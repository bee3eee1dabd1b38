/**
 * Compresses every file of FOLDER on both roads in Chromium. Compares the results with ImageMagick, if it is installed,
 * and with what the browser shows. Prints a table. verdict.ts decides what is a fault.
 */

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Engine, type Canvas } from '../../harness/browsers/engine.ts';
import { expect, test } from '../../harness/test.ts';
import { hasMagick, look } from './magick.ts';
import { show } from './shown.ts';
import { ofPicture, ofRefusal, type Seen, type Verdict } from './verdict.ts';

const HANGS_AFTER_MS = 75_000;
const ROADS: Record<'native' | 'pure', Canvas> = { native: 'honest', pure: 'falsified' };

const folder = process.env.FOLDER ?? '';
const planted = (process.env.PLANTED ?? 'GPS 41.2S|NHI ZZZ0016|Jane Example').split('|');
const out = 'bench/out/corpus';

interface Row extends Verdict {
  file: string;
  road: string;
  result: string;
  ms: number;
}

test('every file of FOLDER', async ({ browser, stack }) => {
  expect(folder, 'FOLDER names the folder').not.toBe('');
  mkdirSync(out, { recursive: true });
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && !/\.(md|txt|json)$/i.test(path))
    .sort();
  console.log(HEAD);
  const rows: Row[] = [];
  const seen = new Map<string, Seen>();
  for (const [road, canvas] of Object.entries(ROADS)) {
    let engine = await Engine.open(browser, stack, canvas);
    for (const path of files) {
      const known = seen.get(path) ?? {
        magick: await look(path),
        browser: await show(engine.page, readFileSync(path)),
      };
      seen.set(path, known);
      const row = await tryFile(engine, path, road, known);
      rows.push(row);
      console.log(lineOf(row));
      if (/^(hangs|ends)/.test(row.fault)) {
        await engine.close();
        engine = await Engine.open(browser, stack, canvas);
      }
    }
    await engine.close();
  }
  writeFileSync(join(out, 'table.md'), [HEAD, ...rows.map(lineOf), ''].join('\n'));
  const faults = rows.filter(({ fault }) => fault);
  console.log(`${files.length} files, ${faults.length} faults${hasMagick ? '' : '; ImageMagick is not installed'}`);
  expect(faults.map(({ file, road, fault }) => `${file}, ${road}: ${fault}`)).toEqual([]);
});

async function tryFile(engine: Engine, path: string, road: string, seen: Seen): Promise<Row> {
  const before = Date.now();
  const bytes = readFileSync(path);
  const id = await engine.add(bytes);
  const row = { file: relative(folder, path), road };
  try {
    const late = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error('hangs')), HANGS_AFTER_MS).unref(),
    );
    const { base64, width, height } = await Promise.race([
      engine.page.evaluate((which) => window.engine.result(which), id),
      late,
    ]);
    const ms = Date.now() - before;
    const jpeg = Buffer.from(base64, 'base64');
    const copy = join(out, 'result.jpg');
    writeFileSync(copy, jpeg);
    const shown = await show(engine.page, jpeg);
    const result = `${width} × ${height}, ${Math.ceil(jpeg.length / 1000)} KB`;
    return { ...row, result, ms, ...ofPicture({ jpeg, shown, read: await look(copy) }, seen, bytes, planted) };
  } catch (error) {
    const code = /(?:Error: )?(\w+)/.exec(String((error as Error).message).replace(/^.*Error: /s, ''))?.[1] ?? 'ends';
    return { ...row, result: code, ms: Date.now() - before, ...ofRefusal(code, seen, bytes) };
  } finally {
    await engine.remove(id);
  }
}

const HEAD = [
  '| file | road | result | ms | differs by | note | fault |',
  '| --- | --- | --- | ---: | ---: | --- | --- |',
].join('\n');

function lineOf({ file, road, result, ms, differs, note, fault }: Row): string {
  return `| ${[file, road, result, String(ms), differs, note, fault].join(' | ')} |`;
}
