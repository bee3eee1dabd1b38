import { button } from '../browsers/sight.ts';
import { Person } from './person.ts';

/** Takes the photos with a phone. */
export class Nurse extends Person {
  /** Opens the link in the code, as the phone's camera does. */
  async scans(link: string): Promise<void> {
    await this.opens(link);
  }

  async choosesPhotos(files: readonly string[]): Promise<void> {
    await this.sees(button('Gallery'));
    await this.browser.choose('input[data-source="gallery"]', files);
  }

  /** Chooses photos and waits until they can be sent. */
  async preparesPhotos(files: readonly string[], limitMs?: number): Promise<void> {
    await this.choosesPhotos(files);
    await this.hasPhotosReady(files.length, limitMs);
  }

  async hasPhotosReady(count: number, limitMs?: number): Promise<void> {
    await this.counts({ kind: '.tile' }, count);
    await this.reads(/^Ready to send/, limitMs);
  }

  /** Scans the code and prepares photos. */
  async takesPhotos(link: string, files: readonly string[]): Promise<void> {
    await this.scans(link);
    await this.preparesPhotos(files);
  }

  /** Chooses photos and presses Send at once. */
  async sendsPhotos(files: readonly string[]): Promise<void> {
    await this.choosesPhotos(files);
    await this.taps('Send without details');
  }
}
