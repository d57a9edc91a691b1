import rule from '../../../rules/references/target-service-missing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './target-service-missing.cases.ts';

ruleTable(rule, cases);
