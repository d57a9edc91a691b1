/** An Envoy whose routes are /cart, /pay and /, for logs to be read by. */
export const loggedGateway = `
connected: false
listeners: [{ name: lds_ingress_0.0.0.0_8088, port: 8088, rds: main }]
routes: { main: { self_redirect: [{ prefix: /cart, cluster: cart }, { prefix: /pay, cluster: pay }] } }
clusters: { cart: ['10.0.0.9:8080'], pay: ['10.0.0.7:8080'] }
`;

/** Two gateways: which of them wrote a log is not known. */
export const twoGateways = [
  loggedGateway,
  loggedGateway.replace('connected', 'node: mesh/shop/virtualGateway/other_shop\nconnected'),
];
