export { firstMismatch, type LabelSelector, readSelector, selects } from '../snapshot/selector.ts';
