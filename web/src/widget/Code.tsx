import { useEffect, useRef, useState } from 'preact/hooks';
import { Patient } from './Patient';
import type { SessionState } from './session/api';
import { clockText, type Words } from './words';

interface CodeProps {
  words: Words;
  state: SessionState;
  qr: NonNullable<SessionState['qr']>;
  onRenew(): void;
}

/** The code to scan, the code to type if there is no camera, their expiry, and what to do if they do not work. */
export function Code({ words, state, qr, onRenew }: CodeProps) {
  const left = useTimeLeft(qr.expiresAt);
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
        <Patient state={state} words={words} of="code.for" />
        <p>{words('code.how')}</p>
        <p class="quiet">{words('code.left', { time: clockText(left) })}</p>
        <div class="row">
          <button type="button" onClick={onRenew}>
            {words('code.renew')}
          </button>
          <Copy key={qr.url} words={words} url={qr.url} />
        </div>
        <p class="typed">
          <span class="quiet">{words('code.type', { address: addressOf(qr.url) })}</span>
          <code dir="ltr" data-testid="typed-code">
            {qr.typedCode}
          </code>
        </p>
      </div>
    </div>
  );
}

/**
 * Copies the link. A frame of another origin and a page on plain http may not do
 * that, so they show the link for copying by hand.
 */
function Copy({ words, url }: { words: Words; url: string }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (copied === false) field.current?.select();
  }, [copied]);
  const copy = async (): Promise<void> => setCopied(await copyText(url));
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        {words(copied ? 'code.copied' : 'code.copy')}
      </button>
      {copied === false && (
        <label class="by-hand">
          {words('code.copyByHand')}
          <input ref={field} type="text" readOnly value={url} data-testid="link" />
        </label>
      )}
    </>
  );
}

/** Reports whether the text is in the clipboard. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns the phone page's address as a person types it. Browsers add only https://. */
function addressOf(url: string): string {
  return url.replace(/#.*/, '').replace(/^https:\/\//, '');
}

/**
 * A QR code as one SVG path: sharp at any size, dark on white in any theme. The code that draws it is loaded when a
 * QR code is shown for the first time.
 */
function Matrix({ text, label }: { text: string; label: string }) {
  const [matrix, setMatrix] = useState<{ text: string; path: string; size: number } | null>(null);
  useEffect(() => {
    import('./qr').then(({ draw }) => setMatrix({ text, ...draw(text) })).catch(() => undefined);
  }, [text]);
  if (matrix?.text !== text) return <div class="qr" />;
  const { path, size } = matrix;
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

function useTimeLeft(expiresAt: string): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Date.parse(expiresAt) - now;
}
