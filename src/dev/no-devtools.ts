/** Stands for `react-devtools-core` in the shipped bin: ink imports it for development alone. */
export default {};
