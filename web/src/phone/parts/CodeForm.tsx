import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../strings';
import { typedText } from '../words';
import { usePage } from './context';

/** For a phone whose camera will not scan: the code by hand, or the link. */
export function CodeForm() {
  const { state, dispatch } = usePage();
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const asking = state.typed === 'asking';
  const wrong = state.typed === null || state.typed === 'asking' ? null : state.typed;
  useEffect(() => {
    if (wrong) input.current?.focus();
  }, [wrong]);
  return (
    <form
      class="code-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!asking) dispatch({ type: 'typed', text });
      }}
    >
      <label for="code">{t('code.label')}</label>
      <p id="code-hint" class="left">
        {t('code.hint')}
      </p>
      <input
        id="code"
        ref={input}
        type="text"
        value={text}
        dir="ltr"
        inputMode="text"
        enterkeyhint="go"
        autoComplete="off"
        autoCapitalize="characters"
        autoCorrect="off"
        spellcheck={false}
        aria-describedby="code-error code-hint"
        aria-invalid={wrong !== null}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <p id="code-error" class="code-error" aria-live="assertive">
        {wrong && typedText(wrong)}
      </p>
      <button type="submit" class="button primary" aria-disabled={asking}>
        {t(asking ? 'code.asking' : 'code.go')}
      </button>
    </form>
  );
}
