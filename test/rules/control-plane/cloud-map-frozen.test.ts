import rule from '../../../rules/control-plane/cloud-map-frozen.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './cloud-map-frozen.cases.ts';

ruleTable(rule, cases);
