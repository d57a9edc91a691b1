import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { plantIncident, startStory } from '../../test/lab/story.ts';

/**
 * Captures the bundled incident (`meshdoctor demo`) from the lab: a real Envoy behind the stand-in for App Mesh, with the
 * faults of the story planted and its control plane gone, read by `meshdoctor collect` while requests come in.
 */
const bundle = 'src/demo/incident.tar.gz';
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const lab = await startStory('incident', { envoyVersion: '1.40.0' });
try {
  await plantIncident(lab);
  const traffic = lab.traffic(20);
  const [admin = ''] = lab.adminUrls;
  const sources = ['--admin', admin, '-f', 'test/lab/stories/incident/manifests'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    main,
    'collect',
    ...sources,
    '--output-file',
    bundle,
  ]);
  await traffic.stop();
  process.stdout.write(stdout + stderr);
} finally {
  await lab.stop();
}
