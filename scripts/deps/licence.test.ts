import { expect, test } from 'vitest';
import { identify, wantsALook } from './licence';

test.each([
  [
    '                                 Apache License\n                           Version 2.0, January 2004',
    'Apache-2.0',
  ],
  ['MIT License\n\nPermission is hereby granted, free of charge, to any person', 'MIT'],
  [
    'Redistribution and use in source and binary forms, with or without …\nNeither the name of Google Inc.',
    'BSD-3-Clause',
  ],
  ['Redistribution and use in source and binary forms, with or without …', 'BSD-2-Clause'],
  ['Permission to use, copy, modify, and/or distribute this software for any', 'ISC'],
  ['Mozilla Public License Version 2.0', 'MPL-2.0'],
  ['GNU LESSER GENERAL PUBLIC LICENSE Version 3', 'LGPL'],
  ['All rights reserved.', 'unknown'],
])('%j is %s', (text, licence) => expect(identify(text)).toBe(licence));

test.each([
  ['MIT', false],
  ['(MIT OR GPL-3.0)', false],
  ['MIT AND BSD-3-Clause', false],
  ['MIT AND GPL-3.0', true],
  ['LGPL-3.0', true],
  ['MPL-2.0', true],
  ['unknown', true],
])('%s wants a look: %s', (licence, look) => expect(wantsALook(licence)).toBe(look));
