import { startControlPlaneBuild } from './control-plane.ts';
import { chromium, cloudWatchBinary, envoyBinary, prometheusBinary, re2Python, standInBinary } from './install.ts';

/**
 * Installs the real parts before any test's clock runs: on a fresh machine that takes minutes. The Kubernetes control
 * plane is built while tests run that do without; who needs it waits. What is unfinished at the end is given up.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const build = startControlPlaneBuild();
  await Promise.all([
    envoyBinary('1.40.0')
      .then(() => envoyBinary('1.36.2'))
      .then(() => envoyBinary('1.38.3')),
    standInBinary(),
    re2Python(),
    chromium(),
    cloudWatchBinary(),
    prometheusBinary('prometheus'),
  ]);
  return build.stop;
}
