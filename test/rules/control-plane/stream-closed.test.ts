import rule from '../../../rules/control-plane/stream-closed.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './stream-closed.cases.ts';

ruleTable(rule, cases);
