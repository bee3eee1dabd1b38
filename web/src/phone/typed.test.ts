import { expect, test } from 'vitest';
import { codeFrom } from './typed';

test.each<[string, string | null]>([
  ['7K3M-9QTX', '7K3M-9QTX'],
  [' 7k3m 9qtx ', ' 7k3m 9qtx '],
  ['7K3M–9QTX', '7K3M–9QTX'],
  ['https://photos.example.nz/mobile#t=kq3v0kPmY2mH0c2Wd1TqEw', 'kq3v0kPmY2mH0c2Wd1TqEw'],
  ['Open https://photos.example.nz/mobile?lang=mi#t=kq3v0kPmY2mH0c2Wd1TqEw today', 'kq3v0kPmY2mH0c2Wd1TqEw'],
  ['', null],
  ['7K3M-9QT', null],
  ['7K3M-9QTX7', null],
  ['7K3M_9QTX', null],
  ['https://photos.example.nz/mobile', null],
])('%j', (text, way) => {
  expect(codeFrom(text)).toBe(way);
});
