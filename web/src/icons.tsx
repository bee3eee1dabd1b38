/**
 * Line icons on a 24 × 24 grid. Each page picks its own from these, so that a
 * page contains only the icons that it draws. Screen readers skip an icon,
 * because the control around it has the text.
 */

export const back = 'M14.5 5.5L8 12l6.5 6.5';
export const bin = 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 11v5M13.5 11v5';
export const blur = 'M12 4.5c3 3.8 5 6.2 5 9a5 5 0 0 1-10 0c0-2.8 2-5.2 5-9z';
export const burst = 'M7.5 7.5h12v12h-12zM4.5 16.5v-12h12M13.5 15.9a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z';
export const camera =
  'M4 8.5A1.5 1.5 0 0 1 5.5 7H8l1.4-2.1A1 1 0 0 1 10.2 4.5h3.6a1 1 0 0 1 .8.4' +
  'L16 7h2.5A1.5 1.5 0 0 1 20 8.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5z' +
  'M12 16.2a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8z';
export const check = 'M5 12.5l4.5 4.5L19 7.5';
export const clock = 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 7.5V12l3 2';
export const close = 'M6 6l12 12M18 6L6 18';
export const compare = 'M4 5h7v14H4zM13 5h7v14h-7z';
export const copy = 'M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9';
export const crop = 'M7 3v14h14M3 7h14v14';
export const dark = 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z';
export const desktop = 'M4 5h16v11H4zM9 20h6M12 16v4';
export const fit = 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5';
export const forward = 'M9.5 5.5L16 12l-6.5 6.5';
export const gallery =
  'M5.5 4.5h13a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1z' +
  'M4.5 16l4.5-4.5 4 4 2.5-2.5 4 4M15.5 9.5h.01';
export const hidden =
  'M4 4l16 16M9.9 5.8A9.6 9.6 0 0 1 12 5.5c5 0 8 4.2 9 6.5a13 13 0 0 1-2.7 3.7M6.4 7.6A12.4 12.4 0 0 0 3 12' +
  'c1 2.3 4 6.5 9 6.5a9 9 0 0 0 4.6-1.3M10 10a2.9 2.9 0 0 0 4 4.1';
export const offline =
  'M4 4l16 16M8.5 15.5a5 5 0 0 1 6-.8M5.5 12.5a9 9 0 0 1 3.5-2.1M12.5 9.5a9 9 0 0 1 6 3' +
  'M2.5 9.5A13 13 0 0 1 7 6.8M11 5.6a13 13 0 0 1 10.5 3.9M12 19h.01';
export const pause = 'M8.5 5.5v13M15.5 5.5v13';
export const pen = 'M4.5 19.5l1-4.5L16 4.5 19.5 8 9 18.5zM13.5 7l3.5 3.5';
export const person = 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20a7.5 7.5 0 0 1 15 0';
export const qr = 'M4.5 4.5h5.5v5.5H4.5zM14 4.5h5.5v5.5H14zM4.5 14h5.5v5.5H4.5zM14 14h2v2h-2zM19.5 14v5.5H14M17 17h.01';
export const retry = 'M18.5 12a6.5 6.5 0 1 1-2-4.7L19 9.5M19 5v4.5h-4.5';
export const search = 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20';
export const shield = 'M12 3.5l7 2.5v5.5c0 4.3-2.8 7.5-7 9-4.2-1.5-7-4.7-7-9V6z';
export const lens = 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM16.2 7.8l.6-.6';
export const torch = 'M13 3.5L6.5 13H11l-1 7.5L17.5 10H13z';
export const turn = 'M19 12a7 7 0 1 1-2-5l2 2M19 4v5h-5';
export const twins = 'M4.5 7.5h9v12h-9zM10.5 4.5h9v12';
export const warning = 'M12 4.5l8.5 14.5h-17zM12 10v4M12 16.5h.01';
export const zoom = 'M4.5 9V4.5H9M15 4.5h4.5V9M19.5 15v4.5H15M9 19.5H4.5V15';
export const zoomIn = 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20M10.5 7.5v6M7.5 10.5h6';
export const zoomOut = 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20M7.5 10.5h6';

export function Drawing({ path, class: extra = '' }: { path: string; class?: string }) {
  return (
    <svg class={`icon ${extra}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  );
}
