import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';

export interface Encrypted {
  port: number;
  close(): void;
}

/** A TLS port with a self-signed certificate, in front of a port without TLS. */
export async function encrypt(port: number, name: string, folder: string): Promise<Encrypted> {
  const server = createServer(selfSigned(name, folder), (near) => {
    const far = connect(port, '127.0.0.1');
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => void server.close(),
  };
}

/** Made with Go's own tool. */
function selfSigned(name: string, folder: string): Pick<TlsOptions, 'cert' | 'key'> {
  mkdirSync(folder, { recursive: true });
  const goroot = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
  execFileSync(
    'go',
    ['run', join(goroot, 'src/crypto/tls/generate_cert.go'), '--ecdsa-curve=P256', `--host=${name}`, '--duration=24h'],
    { cwd: folder, stdio: 'ignore' },
  );
  return { cert: readFileSync(join(folder, 'cert.pem')), key: readFileSync(join(folder, 'key.pem')) };
}
