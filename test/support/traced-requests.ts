/** A segment of a trace as an Envoy of App Mesh, or the SDK of a service, sends it to X-Ray. */
export interface SegmentStory {
  /** `shop/edge_shop`: a proxy; a name without slash: a service. */
  readonly name: string;
  readonly status?: number;
  readonly tookMs?: number;
}

/** So many traces, each of these segments one behind the other: JSON, a segment a line. */
export function tracesOf(count: number, ...way: readonly SegmentStory[]): string {
  return Array.from({ length: count }, (_, index) => oneTrace(index, way)).join('\n');
}

function oneTrace(index: number, way: readonly SegmentStory[]): string {
  const key = way.map(({ name, status }) => `${name}${status}`).join('');
  const hash = [...key]
    .reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 0xffffff, 7)
    .toString(16)
    .padStart(6, '0');
  const trace_id = `1-6a1d7a00-${hash}${index.toString(16).padStart(18, '0')}`;
  const start = 1_780_314_000 + index;
  return way.map((one, at) => JSON.stringify({ trace_id, ...segment(one, at, start) })).join('\n');
}

const idOf = (at: number): string => (at + 1).toString(16).padStart(16, '0');

/** The fields that Envoy's X-Ray tracer writes (source/extensions/tracers/xray): App Mesh's gateways name a virtual node too. */
function segment({ name, status = 200, tookMs = 20 }: SegmentStory, at: number, start: number): object {
  const [mesh, resource] = name.split('/');
  const proxy = resource !== undefined;
  return {
    id: idOf(at),
    ...(at > 0 ? { parent_id: idOf(at - 1) } : {}),
    name,
    start_time: start + at / 1000,
    end_time: start + at / 1000 + tookMs / 1000,
    ...(proxy
      ? { origin: 'AWS::AppMesh::Proxy', aws: { app_mesh: { mesh_name: mesh, virtual_node_name: resource } } }
      : {}),
    http: {
      request: { method: 'GET', url: 'http://shop.example.com/pay/4711?token=canary', client_ip: '203.0.113.9' },
      response: { status, content_length: 0 },
    },
    fault: status >= 500,
    error: status >= 400 && status < 500,
    throttle: status === 429,
  };
}
