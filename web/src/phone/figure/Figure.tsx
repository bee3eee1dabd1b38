import { useRef } from 'preact/hooks';
import type { Laterality, Metadata } from '../../contract/api';
import { isSided } from '../../place';
import { t } from '../strings';
import { placeLabel } from '../words';
import { REGIONS, VIEW_BOX, type FigureView, type Region } from './regions';

interface FigureProps {
  view: FigureView;
  details: Metadata;
  onPick: (site: string, side: Laterality) => void;
}

/** How far a finger may miss, in CSS px: gloves are not precise. */
const MISS_PX = [6, 12, 18];

type Half = 'right-hand' | 'left-hand';

/** The patient's side of a half as the viewer sees it: they face us, or turn their back. */
function sideOf(view: FigureView, half: Half): 'left' | 'right' {
  const facing = view !== 'back';
  return (half === 'right-hand') === facing ? 'left' : 'right';
}

/** One drawing of the body: a touch sets site and side together. */
export function Figure({ view, details, onPick }: FigureProps) {
  const svg = useRef<SVGSVGElement>(null);
  const { width, height } = VIEW_BOX[view];
  const parts = REGIONS[view].flatMap((region): Part[] =>
    region.midline
      ? [{ region, side: 'na' }]
      : [
          { region, side: sideOf(view, 'left-hand'), mirrored: true },
          { region, side: sideOf(view, 'right-hand') },
        ],
  );
  const marked = parts.findIndex((part) => isMarked(part, details));
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const buttons = [...(svg.current?.querySelectorAll<SVGElement>('[role="button"]') ?? [])];
    const at = buttons.indexOf(document.activeElement as SVGElement);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  };
  const onMiss = (event: MouseEvent) => {
    if (event.target !== svg.current) return;
    const near = nearest(svg.current, event.clientX, event.clientY);
    if (near) onPick(near.site, near.side);
  };
  return (
    <svg
      ref={svg}
      class={`figure figure-${view}`}
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label={t(`figure.${view}`)}
      onKeyDown={onKeyDown}
      onClick={onMiss}
    >
      {parts.map((part, index) => (
        <Area
          key={`${part.region.site}-${part.side}`}
          part={part}
          width={width}
          pressed={isMarked(part, details)}
          reachable={index === Math.max(0, marked)}
          onPick={onPick}
        />
      ))}
      <text class="figure-side" x="8" y={view === 'head' ? 20 : 60} aria-hidden="true">
        {letter(sideOf(view, 'left-hand'))}
      </text>
      <text class="figure-side" x={width - 8} y={view === 'head' ? 20 : 60} text-anchor="end" aria-hidden="true">
        {letter(sideOf(view, 'right-hand'))}
      </text>
    </svg>
  );
}

interface Part {
  region: Region;
  side: Laterality;
  mirrored?: true;
}

const letter = (side: 'left' | 'right') => (side === 'left' ? t('side.left.letter') : t('side.right.letter'));

function isMarked({ region, side }: Part, { bodySite, laterality }: Metadata): boolean {
  if (region.site !== bodySite) return false;
  return (
    laterality === undefined ||
    laterality === 'bilateral' ||
    laterality === 'na' ||
    side === 'na' ||
    laterality === side
  );
}

/** The area beside a touch that met none. */
function nearest(svg: SVGSVGElement | null, x: number, y: number): { site: string; side: Laterality } | undefined {
  for (const far of MISS_PX) {
    for (let turn = 0; turn < 2 * Math.PI; turn += Math.PI / 4) {
      const hit = document.elementFromPoint(x + far * Math.cos(turn), y + far * Math.sin(turn));
      if (!(hit instanceof SVGPathElement) || !svg?.contains(hit)) continue;
      const { site, side } = hit.dataset;
      if (site && (side === 'left' || side === 'right' || side === 'na')) return { site, side };
    }
  }
  return undefined;
}

interface AreaProps {
  part: Part;
  width: number;
  pressed: boolean;
  reachable: boolean;
  onPick: FigureProps['onPick'];
}

function Area({ part: { region, side, mirrored }, width, pressed, reachable, onPick }: AreaProps) {
  const pick = () => onPick(region.site, side);
  const label = placeLabel({ bodySite: region.site, laterality: isSided(region.site) ? side : 'na' });
  return (
    <path
      class="area"
      d={region.d}
      {...(mirrored ? { transform: `matrix(-1 0 0 1 ${width} 0)` } : {})}
      role="button"
      tabindex={reachable ? 0 : -1}
      aria-label={label}
      aria-pressed={pressed}
      data-site={region.site}
      data-side={side}
      onClick={pick}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        pick();
      }}
    />
  );
}
