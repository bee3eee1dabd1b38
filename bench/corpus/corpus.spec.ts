/**
 * Every file of FOLDER through both roads in Chromium, held against ImageMagick
 * where that is installed. A file fails if a road hangs or ends, refuses what
 * ImageMagick reads without a complaint, shows another picture, sends more than
 * the limit, or sends metadata or the text in PLANTED.
 */

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Engine, type Canvas } from '../../harness/browsers/engine.ts';
import { metadataSegments } from '../../harness/photos/jpeg.ts';
import { expect, test } from '../../harness/test.ts';
import { difference, hasMagick, look, type Seen } from './magick.ts';

const MAX_BYTES = 1_000_000;
const HANGS_AFTER_MS = 75_000;
/** Of 255 on average, at a size at which encoding does not show. */
const SAME_PICTURE = 12;
/** Refusals that are right although another program reads the file. */
const MEANT = /^(raw_photo|too_many_pixels|too_complex|not_an_image|unsupported_\w+)$/;
const ROADS: Record<'native' | 'pure', Canvas> = { native: 'honest', pure: 'falsified' };

const folder = process.env.FOLDER ?? '';
const planted = (process.env.PLANTED ?? 'GPS 41.2S|NHI ZZZ0016|Jane Example').split('|');
const out = 'bench/out/corpus';

interface Row {
  file: string;
  road: string;
  result: string;
  ms: number;
  differs: string;
  fault: string;
}

test('every file of FOLDER', async ({ browser, stack }) => {
  expect(folder, 'FOLDER names the folder').not.toBe('');
  mkdirSync(out, { recursive: true });
  const rows: Row[] = [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && !/\.(md|txt|json)$/i.test(path))
    .sort();
  for (const [road, canvas] of Object.entries(ROADS)) {
    let engine = await Engine.open(browser, stack, canvas);
    for (const path of files) {
      const row = await tryFile(engine, path, road);
      rows.push(row);
      if (/^(hangs|ends)/.test(row.fault)) {
        await engine.close();
        engine = await Engine.open(browser, stack, canvas);
      }
    }
    await engine.close();
  }
  console.log(table(rows));
  const faults = rows.filter(({ fault }) => fault);
  console.log(`${files.length} files, ${faults.length} faults${hasMagick ? '' : '; ImageMagick is not installed'}`);
  expect(faults.map(({ file, road, fault }) => `${file}, ${road}: ${fault}`)).toEqual([]);
});

async function tryFile(engine: Engine, path: string, road: string): Promise<Row> {
  const row: Row = { file: relative(folder, path), road, result: '', ms: 0, differs: '', fault: '' };
  const seen: Seen = hasMagick ? look(path) : { complaint: 'ImageMagick is not installed' };
  const before = Date.now();
  const id = await engine.add(readFileSync(path));
  try {
    const late = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error('hangs')), HANGS_AFTER_MS).unref(),
    );
    const { base64, width, height } = await Promise.race([
      engine.page.evaluate((which) => window.engine.result(which), id),
      late,
    ]);
    row.ms = Date.now() - before;
    const jpeg = Buffer.from(base64, 'base64');
    row.result = `${width} × ${height}, ${Math.ceil(jpeg.length / 1000)} KB`;
    row.fault = faultOf(jpeg, seen, row);
  } catch (error) {
    row.ms = Date.now() - before;
    const [, code = 'ends'] =
      /(?:Error: )?(\w+)/.exec(String((error as Error).message).replace(/^.*Error: /s, '')) ?? [];
    row.result = code;
    row.fault = refusalFault(code, seen);
  }
  await engine.remove(id);
  return row;
}

function faultOf(jpeg: Buffer, seen: Seen, row: Row): string {
  if (jpeg.length > MAX_BYTES) return 'above the limit';
  const metadata = metadataSegments(jpeg);
  if (metadata.length > 0) return `metadata: ${metadata.join(', ')}`;
  const text = planted.find((words) => jpeg.includes(words));
  if (text) return `says ${text}`;
  if (!('pixels' in seen)) return '';
  const path = join(out, 'result.jpg');
  writeFileSync(path, jpeg);
  const ours = look(path);
  if (!('pixels' in ours)) return `not readable: ${ours.complaint}`;
  const by = difference(ours.pixels, seen.pixels);
  row.differs = by.toFixed(1);
  return by > SAME_PICTURE ? 'another picture' : '';
}

function refusalFault(code: string, seen: Seen): string {
  if (/^(hangs|ends|internal|timeout|out_of_memory|blank_result)$/.test(code)) return code;
  return 'pixels' in seen && !MEANT.test(code) ? 'refused here, read there' : '';
}

function table(rows: Row[]): string {
  const lines = rows.map((r) => `| ${r.file} | ${r.road} | ${r.result} | ${r.ms} | ${r.differs} | ${r.fault} |`);
  return [
    '| file | road | result | ms | differs by | fault |',
    '| --- | --- | --- | ---: | ---: | --- |',
    ...lines,
  ].join('\n');
}
