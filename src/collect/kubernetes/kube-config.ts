/** Of the large client what a kubeconfig needs: loaded by itself it brings nothing else. */
export { KubeConfig } from '@kubernetes/client-node';
