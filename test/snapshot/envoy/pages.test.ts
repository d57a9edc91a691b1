import { describe, expect, it } from 'vitest';
import { readCerts } from '../../../src/snapshot/envoy/certs.ts';
import { readClusters, readClustersText } from '../../../src/snapshot/envoy/clusters.ts';
import { readListenersText } from '../../../src/snapshot/envoy/listeners.ts';
import { readReady } from '../../../src/snapshot/envoy/ready.ts';
import { readRuntime } from '../../../src/snapshot/envoy/runtime.ts';
import { readServerInfo } from '../../../src/snapshot/envoy/server-info.ts';
import { isKeptStat } from '../../../src/snapshot/envoy/stat-names.ts';
import { readStatsText } from '../../../src/snapshot/envoy/stats.ts';

describe('/clusters', () => {
  it('names what is wrong with a host, in JSON', () => {
    const health_status = {
      failed_active_health_check: true,
      failed_outlier_check: false,
      eds_health_status: 'DRAINING',
    };
    const address = { socket_address: { address: '10.0.0.1', port_value: 80 } };
    const hosts = [
      { address, hostname: 'h', health_status },
      { address: { pipe: { path: '/tmp/s' } } },
      { address: {} },
    ];
    const [cluster] = readClusters({ cluster_statuses: [{ name: 'c', host_statuses: hosts }] }, 'd') ?? [];
    expect(cluster?.hosts.map(({ address, failures }) => [address.host, failures])).toEqual([
      ['10.0.0.1', ['failed_active_health_check', 'eds_status_draining']],
      ['/tmp/s', []],
    ]);
  });

  it('names it the same in text, whatever the address', () => {
    const lines = [
      'a::b::default_priority::max_connections::1024',
      'a::b::10.0.0.1:80::health_flags::/failed_active_hc/eds_status_draining',
      'a::b::10.0.0.1:80::hostname::h',
      'c::[::1]:81::health_flags::healthy',
      'c::/tmp/s.sock::health_flags::/failed_outlier_check',
      'empty::default_priority::max_connections::7',
    ];
    const clusters = readClustersText(lines.join('\n'), 'd') ?? [];
    expect(
      clusters.map(({ cluster, hosts }) => [cluster, hosts.map(({ address, failures }) => [address, failures])]),
    ).toEqual([
      ['a::b', [[{ host: '10.0.0.1', port: 80 }, ['failed_active_health_check', 'eds_status_draining']]]],
      [
        'c',
        [
          [{ host: '::1', port: 81 }, []],
          [{ host: '/tmp/s.sock', port: 0 }, ['failed_outlier_check']],
        ],
      ],
      ['empty', []],
    ]);
    expect(clusters[0]?.hosts[0]?.hostname).toBe('h');
    expect(readClustersText('cluster.a.upstream_cx_total: 1\n', 'd')).toBeNull();
  });
});

describe('/server_info, /ready', () => {
  it('reads the version out of the build string, and takes an unsaid state as the first of the enum', () => {
    const info = readServerInfo(
      { version: 'abc1234/1.27.3/Modified/RELEASE/BoringSSL', uptime_current_epoch: '61.7s' },
      'd',
    );
    expect(info).toMatchObject({ version: '1.27.3', state: 'LIVE', uptimeSeconds: 61, nodeId: '' });
    const options = { service_node: 'n', service_cluster: 'c' };
    expect(readServerInfo({ state: 'DRAINING', command_line_options: options }, 'd')).toMatchObject({
      state: 'DRAINING',
      version: '',
      uptimeSeconds: null,
      nodeId: 'n',
      nodeCluster: 'c',
    });
    expect(readServerInfo({ configs: [] }, 'd')).toBeNull();
  });

  it('derives the status from the state', () => {
    expect(readReady('LIVE\n', 'd')?.status).toBe(200);
    expect(readReady('PRE_INITIALIZING\n', 'd')).toMatchObject({ status: 503, state: 'PRE_INITIALIZING' });
    expect(readReady('NEWER_STATE', 'd')?.status).toBeNull();
    expect(readReady('upstream connect error', 'd')).toBeNull();
  });
});

describe('/listeners, /certs, /runtime', () => {
  it('reads listeners as text', () => {
    const bound = readListenersText('l::1::0.0.0.0:80\nm::[::]:443\nn::/tmp/s\n', 'd');
    expect(bound?.map(({ name, address }) => [name, address.host, address.port])).toEqual([
      ['l::1', '0.0.0.0', 80],
      ['m', '::', 443],
      ['n', '/tmp/s', 0],
    ]);
    expect(readListenersText('404 not found', 'd')).toBeNull();
  });

  it('reads certificates of authorities and of our own', () => {
    const certificate = {
      path: 'p',
      subject_alt_names: [{ dns: 'a' }, { uri: 'b' }, { ip_address: 'c' }, {}],
      expiration_time: 't',
    };
    const certs = readCerts({ certificates: [{ ca_cert: [{}], cert_chain: [certificate, 1] }] }, 'd');
    expect(certs).toMatchObject([
      { authority: true, path: '', place: { pointer: '/certificates/0/ca_cert/0' } },
      { authority: false, subjectAltNames: ['a', 'b', 'c'], expires: 't', validFrom: null },
    ]);
  });

  it('reads the value in force of a runtime key', () => {
    const page = { layers: ['a'], entries: { k: { layer_values: ['1', '2'], final_value: '2' }, odd: 7 } };
    expect([...(readRuntime(page, 'd')?.values ?? [])]).toEqual([['k', '2']]);
  });
});

describe('/stats', () => {
  it('reads counters and gauges of the text, not texts and histograms', () => {
    const text =
      'server.live: 1\ncluster_manager.cds.version_text: "7: 8"\nlistener.x.h: P0(1,1) P25(1.1,2)\nhttp.i.h: No recorded values\n';
    const read = readStatsText(text, 'stats.txt');
    expect([...(read?.keys() ?? [])]).toEqual(['server.live']);
    expect(read?.get('server.live')).toMatchObject({ value: 1, pointer: '/server.live', document: 'stats.txt' });
    expect(readStatsText('a::b::c\nd::e::f\n', 'stats.txt')).toBeNull();
  });

  it.each([
    ['control_plane.connected_state', true],
    ['server.uptime', true],
    ['cluster_manager.cds.update_rejected', true],
    ['listener_manager.total_listeners_active', true],
    ['cluster.shop.internal.upstream_cx_connect_fail', true],
    ['cluster.a.b.upstream_rq_503', true],
    ['cluster.a.upstream_rq_5xx', true],
    ['cluster.a.circuit_breakers.default.rq_open', true],
    ['cluster.a.ssl.fail_verify_san', true],
    ['cluster.a.outlier_detection.ejections_active', true],
    ['cluster.a.update_no_rebuild', true],
    ['http.ingress.no_route', true],
    ['http.ingress.rds.rds_ingress_http_8088.update_rejected', true],
    ['listener.0.0.0.0_8088.no_filter_chain_match', true],
    ['listener.0.0.0.0_8088.downstream_cx_total', true],
    ['cluster.a.lb_subsets_active', false],
    ['cluster.a.http2.header_overflow', false],
    ['cluster.a.circuit_breakers.high.rq_open', false],
    ['vhost.a.vcluster.other.upstream_rq_time_sum', false],
  ])('keeps %s: %s', (name, kept) => {
    expect(isKeptStat(name)).toBe(kept);
  });
});
