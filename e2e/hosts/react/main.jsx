import { PhotobridgeWidget } from 'photobridge-widget/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { edgeOf, encounterId, fetchLaunchToken, photosIn } from '../practice.js';

function Photos() {
  const [kept, setKept] = useState(0);
  const save = async (bundle) => setKept(photosIn(bundle));
  return (
    <>
      <PhotobridgeWidget
        apiBase={edgeOf(location.search)}
        encounterId={encounterId}
        launchToken={() => fetchLaunchToken(encounterId)}
        onCommit={({ detail }) => detail.waitUntil(save(detail.bundle))}
      />
      <output>{kept} in the record</output>
    </>
  );
}

createRoot(document.getElementById('app')).render(
  <StrictMode>
    <Photos />
  </StrictMode>,
);
