import rule from '../../../rules/targets/protocol-mismatch.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './protocol-mismatch.cases.ts';

ruleTable(rule, cases);
