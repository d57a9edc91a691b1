import rule from '../../../rules/matching/route-protocol-mismatch.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './route-protocol-mismatch.cases.ts';

ruleTable(rule, cases);
