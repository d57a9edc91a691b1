import { cloudWatchBinary, envoyBinary, re2Python, standInBinary } from './install.ts';

/** Installs the real parts before any test's clock runs: on a fresh machine that takes minutes. */
export default async function setup(): Promise<void> {
  await Promise.all([
    envoyBinary('1.40.0')
      .then(() => envoyBinary('1.36.2'))
      .then(() => envoyBinary('1.38.3')),
    standInBinary(),
    re2Python(),
    cloudWatchBinary(),
  ]);
}
