import { useEffect, useMemo, useState } from 'preact/hooks';
import qrcode from 'qrcode-generator';
import type { SessionState } from './session/api';
import { clockText, type Words } from './words';

/** Modules of white around the code (ISO/IEC 18004, 6.3.8). */
const QUIET = 4;

interface CodeProps {
  words: Words;
  qr: NonNullable<SessionState['qr']>;
  onRenew(): void;
}

/** The code to scan, the one to type where no camera will, how long they work, and what to do when they do not. */
export function Code({ words, qr, onRenew }: CodeProps) {
  const left = useTimeLeft(qr.expiresAt);
  const [copied, setCopied] = useState(false);
  const copy = (): void => void navigator.clipboard.writeText(qr.url).then(() => setCopied(true));
  if (left <= 0) {
    return (
      <div class="code" part="code">
        <p>{words('code.expired')}</p>
        <button type="button" class="primary" onClick={onRenew}>
          {words('code.renew')}
        </button>
      </div>
    );
  }
  return (
    <div class="code" part="code">
      <Matrix text={qr.url} label={words('code.label')} />
      <div class="code-text">
        <p>{words('code.how')}</p>
        <p class="quiet">{words('code.left', { time: clockText(left) })}</p>
        <div class="row">
          <button type="button" onClick={onRenew}>
            {words('code.renew')}
          </button>
          {'clipboard' in navigator && (
            <button type="button" onClick={copy}>
              {copied ? words('code.copied') : words('code.copy')}
            </button>
          )}
        </div>
        <p class="typed">
          <span class="quiet">{words('code.type', { address: addressOf(qr.url) })}</span>
          <code data-testid="typed-code">{qr.typedCode}</code>
        </p>
      </div>
    </div>
  );
}

/** The phone page as one types it: browsers add https:// by themselves, and nothing else. */
function addressOf(url: string): string {
  return url.replace(/#.*/, '').replace(/^https:\/\//, '');
}

/** A QR code of level M as one SVG path: sharp at any size, dark on white in any theme. */
function Matrix({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => draw(text), [text]);
  return (
    <svg
      class="qr"
      data-testid="qr"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

function draw(text: string): { path: string; size: number } {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const modules = code.getModuleCount();
  let path = '';
  for (let y = 0; y < modules; y++) {
    for (let x = 0; x < modules; x++) if (code.isDark(y, x)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  }
  return { path, size: modules + 2 * QUIET };
}

function useTimeLeft(expiresAt: string): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Date.parse(expiresAt) - now;
}
