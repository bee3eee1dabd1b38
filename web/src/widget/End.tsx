import { useFocus } from './focus';
import type { EndQuestion } from './session/api';
import type { Words } from './words';

interface EndProps {
  words: Words;
  question: EndQuestion;
  onStay(): void;
  onEnd(): void;
}

/** The question before a session ends, if the clinician may not have seen all of it. */
export function End({ words, question, onStay, onEnd }: EndProps) {
  const stay = useFocus<HTMLButtonElement>();
  return (
    <div class="notice" role="alertdialog" aria-labelledby="end" aria-describedby="end-news" data-testid="end-question">
      <p>
        <strong id="end">{words('end.title')}</strong> <span id="end-news">{newsOf(question, words)}</span>
      </p>
      <div class="row">
        <button type="button" class="primary" ref={stay} onClick={onStay}>
          {words('end.stay')}
        </button>
        <button type="button" class="danger" onClick={onEnd}>
          {words('end.anyway')}
        </button>
      </div>
    </div>
  );
}

function newsOf(question: EndQuestion, words: Words): string {
  const news = (['arrived', 'changed', 'expected', 'adding'] as const)
    .map((what) => ({ what, n: question[what] ?? 0 }))
    .filter(({ n }) => n > 0)
    .map(({ what, n }) => words(`end.${what}`, { n }));
  return [...(news.length > 0 ? news : [words('end.unknown')]), words('end.loss')].join(' ');
}
