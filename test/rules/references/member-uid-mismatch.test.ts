import rule from '../../../rules/references/member-uid-mismatch.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './member-uid-mismatch.cases.ts';

ruleTable(rule, cases);
