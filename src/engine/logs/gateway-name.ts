import type { Gateway } from '../../model/gateway.ts';

/** `NS/NAME`, as deciders are asked for. */
export function nameOf({ ref }: Gateway): string {
  return `${ref.namespace ?? ''}/${ref.name}`;
}
