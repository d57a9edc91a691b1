import rule from '../../../rules/references/target-service-no-provider.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './target-service-no-provider.cases.ts';

ruleTable(rule, cases);
