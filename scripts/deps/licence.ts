/** Recognises licences by their texts, because Go modules have no field for them. */

const MARKS: [RegExp, string][] = [
  [/Apache License,?\s+Version 2\.0/, 'Apache-2.0'],
  [/Mozilla Public License,?\s+(?:Version|v\.) 2\.0/i, 'MPL-2.0'],
  [/GNU AFFERO GENERAL PUBLIC LICENSE/i, 'AGPL'],
  [/GNU LESSER GENERAL PUBLIC LICENSE/i, 'LGPL'],
  [/GNU GENERAL PUBLIC LICENSE/i, 'GPL'],
  [/Permission is hereby granted, free of charge/, 'MIT'],
  [/Redistribution and use in source and binary forms[\s\S]*Neither the name/, 'BSD-3-Clause'],
  [/Redistribution and use in source and binary forms/, 'BSD-2-Clause'],
  [/Permission to use, copy, modify, and(?:\/or)? distribute this software/, 'ISC'],
  [/This is free and unencumbered software/, 'Unlicense'],
];

/** Returns the SPDX identifier of a licence's text, or "unknown". */
export function identify(text: string): string {
  return MARKS.find(([mark]) => mark.test(text))?.[1] ?? 'unknown';
}

/** Reports whether a licence requires more than to keep its notice, so that a person has to read it. */
export function wantsALook(licence: string): boolean {
  const permissive =
    /^(?:MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|Unlicense|CC0-1\.0|BlueOak-1\.0\.0|Python-2\.0|CC-BY-4\.0)$/;
  const choices = licence.replace(/[()]/g, '').split(' OR ');
  return !choices.some((choice) => choice.split(' AND ').every((one) => permissive.test(one)));
}
