import rule from '../../../rules/observability/access-log-without-flags.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './access-log-without-flags.cases.ts';

ruleTable(rule, cases);
