import rule from '../../../rules/targets/sidecar-restart-risk.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './sidecar-restart-risk.cases.ts';

ruleTable(rule, cases);
