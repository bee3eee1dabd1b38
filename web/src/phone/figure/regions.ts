/**
 * The body figure's own drawing. Each path is the half on the viewer's right;
 * the other half is its mirror image. All outlines are original.
 */

export type FigureView = 'front' | 'back' | 'head';

export interface Region {
  site: string;
  /** SVG path of the half on the viewer's right, or of the whole for one on the midline. */
  d: string;
  /** On the midline and without sides: drawn once. */
  midline?: true;
}

export const VIEW_BOX: Record<FigureView, { width: number; height: number }> = {
  front: { width: 200, height: 420 },
  back: { width: 200, height: 420 },
  head: { width: 200, height: 236 },
};

const LIMBS: readonly Region[] = [
  { site: 'upper-arm', d: 'M137 86c10 1 17 8 20 18l14 45-19 7-18-40c-3-10-4-22 3-30z' },
  { site: 'forearm', d: 'M152 156l19-7c7 15 13 36 16 54l-14 6c-9-15-17-36-21-53z' },
  { site: 'hand', d: 'M173 209l14-6c5 5 10 16 11 28 1 12-2 22-8 24-6 1-10-6-12-14-3 2-8-1-9-7-1-8 0-16 4-25z' },
  { site: 'thigh', d: 'M100 227l16-6 25-9c3 30-2 60-7 87h-27c-4-24-7-48-7-72z' },
  { site: 'lower-leg', d: 'M107 299h27c4 28-2 54-9 80h-14c-4-26-7-52-4-80z' },
];

const NECK: Region = { site: 'neck', d: 'M100 60c5 0 9-2 12-5v14c0 6 6 10 14 12-4 0-9 2-13 2h-13z' };

export const REGIONS: Record<FigureView, readonly Region[]> = {
  front: [
    NECK,
    { site: 'scalp', d: 'M100 6c15 0 24 10 24 25-7-4-15-6-24-6z' },
    { site: 'face', d: 'M100 25c9 0 17 2 24 6 0 16-9 30-24 30z' },
    { site: 'chest', d: 'M100 83h13c4 0 9-2 13-2 4 1 8 2 11 5-7 8-6 20-3 30 0 7 0 14-1 20h-33z' },
    { site: 'abdomen', d: 'M100 136h33c0 8-1 16-1 24 1 12 3 20 6 30-9 4-17 7-24 9h-14z' },
    ...LIMBS,
    { site: 'foot', d: 'M111 379h14c6 8 13 14 16 21 2 6-2 9-8 9h-19c-5 0-7-4-6-10 1-7 2-13 3-20z' },
    { site: 'groin', d: 'M114 199c7-2 15-5 24-9 2 8 3 15 3 22l-25 9c-2-8-2-15-2-22z' },
    { site: 'genital-area', d: 'M86 199h28c0 7 0 14 2 22l-16 6-16-6c2-8 2-15 2-22z', midline: true },
  ],
  back: [
    NECK,
    { site: 'scalp', d: 'M100 6c15 0 24 10 24 26 0 13-5 22-12 27-4 2-8 3-12 3z' },
    {
      site: 'back',
      d: 'M100 83h13c4 0 9-2 13-2 4 1 8 2 11 5-7 8-6 20-3 30 0 15-2 30-2 44 1 8 2 16 4 24-11 7-24 10-36 10z',
    },
    ...LIMBS,
    { site: 'foot', d: 'M111 379h14c3 7 6 14 6 21 0 6-5 9-11 9s-10-3-10-9c0-7 0-14 1-21z' },
    { site: 'buttock', d: 'M100 194c12 0 25-3 36-10 4 10 5 19 5 28-10 12-26 17-41 15z' },
  ],
  head: [
    { site: 'neck', d: 'M100 176c14-1 25 2 34-6 1 14 4 24 10 32 8 7 18 10 28 14v14h-72z' },
    { site: 'ear', d: 'M158 92c4-12 26-14 26 8 0 20-10 36-20 36-5 0-9-4-8-10 3-12 2-22 2-34z' },
    { site: 'scalp', d: 'M100 8c38 0 60 26 60 64-18-12-38-20-60-20z' },
    { site: 'face', d: 'M100 52c22 0 42 8 60 20 2 14 1 25-1 37-3 40-27 72-59 76z' },
    { site: 'eye-region', d: 'M110 98c4-16 38-20 44-4 2 16-8 26-24 26-12 0-20-8-20-22z' },
    { site: 'nose', d: 'M92 98c4-3 12-3 16 0 1 14 4 22 9 30 3 8-3 14-17 14s-20-6-17-14c5-8 8-16 9-30z', midline: true },
    { site: 'lip', d: 'M74 160c6-10 17-13 26-8 9-5 20-2 26 8-4 12-14 18-26 18s-22-6-26-18z', midline: true },
  ],
};
