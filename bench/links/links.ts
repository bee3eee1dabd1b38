/** Where a phone's PUT goes: straight to the bucket, or through the worker (`STORAGE_VIA=edge`). */
export type Through = 'bucket' | 'edge';

/** What `make bench-links` writes to bench/out/links.json: seconds, and counts of all photos together. */
export interface Links {
  ones: {
    phone: string;
    desktop: string;
    through: Through;
    floor: number;
    promised: number;
    seconds: number;
    tile: { promised: number; seconds: number };
  }[];
  twenties: { line: string; promised: number; seconds: number }[];
  costs: { name: string; photos: number; batch: boolean; requests: number; redis: number }[];
  /** Longest task of the phone's page while 20 photos were compressed and sent, milliseconds; 0: below 50. */
  tasks: { line: string; longest: number }[];
}
