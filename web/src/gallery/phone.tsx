/** Shows one state of the phone page: phone.html?state=review */

import { render } from 'preact';
import { App } from '../phone/App';
import { Media } from '../phone/media';
import { loadLanguage } from '../phone/strings';
import '../phone/style';
import { PHONE_STATES } from './phone-states';
import { show } from './show';

await loadLanguage();
void show(PHONE_STATES, (state, place) =>
  render(<App state={state} dispatch={() => undefined} media={new Media(() => undefined)} />, place),
);
