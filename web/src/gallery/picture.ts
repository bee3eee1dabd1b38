/** Invented pictures of skin, painted in the page. No patient is in them. */

const WIDTH = 600;
const HEIGHT = 800;
const TONES = ['#f1c9a5', '#c98f65', '#8d5b3c', '#e3b08a', '#5d3a26'];

const painted = new Map<number, string>();

/** The picture with this number as a data URL. It is always the same one, and painted once. */
export function picture(number: number): string {
  const url = painted.get(number) ?? paint(number);
  painted.set(number, url);
  return url;
}

function paint(number: number): string {
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext('2d');
  if (!context) return '';
  context.fillStyle = TONES[number % TONES.length] ?? '';
  context.fillRect(0, 0, WIDTH, HEIGHT);
  const light = context.createRadialGradient(200, 250, 50, 300, 400, 620);
  light.addColorStop(0, 'rgba(255 255 255 / 0.25)');
  light.addColorStop(1, 'rgba(0 0 0 / 0.35)');
  context.fillStyle = light;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.fillStyle = 'rgba(70 25 20 / 0.75)';
  context.beginPath();
  context.ellipse(260 + 30 * (number % 4), 380 + 20 * (number % 3), 60, 40 + 6 * (number % 5), number, 0, 2 * Math.PI);
  context.fill();
  return canvas.toDataURL('image/jpeg', 0.8);
}
