'use client';

import { PhotobridgeWidget } from 'photobridge-widget/react';
import { useState } from 'react';
import { fetchLaunchToken, photosIn } from '../../practice.js';

export function Photos({ edge, encounterId }) {
  const [kept, setKept] = useState(0);
  const save = async (bundle) => setKept(photosIn(bundle));
  return (
    <main>
      <PhotobridgeWidget
        apiBase={edge}
        encounterId={encounterId}
        launchToken={() => fetchLaunchToken(encounterId)}
        onCommit={({ detail }) => detail.waitUntil(save(detail.bundle))}
      />
      <output>{kept} in the record</output>
    </main>
  );
}
