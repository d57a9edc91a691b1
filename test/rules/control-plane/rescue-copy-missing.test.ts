import rule from '../../../rules/control-plane/rescue-copy-missing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './rescue-copy-missing.cases.ts';

ruleTable(rule, cases);
