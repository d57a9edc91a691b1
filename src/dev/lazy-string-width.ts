/**
 * Stands for `string-width` in what is shipped. Loading it takes a tenth of a short diagnosis (it compiles the pattern of all
 * emoji and makes a segmenter), and most texts are plain: it is loaded for the first one that is not.
 */
export default function stringWidth(text: string): number {
  // By its path, which the build does not lead here again; what is required is bundled, and runs when it is first asked for.
  const { default: width } = require('../../node_modules/string-width/index.js') as typeof import('string-width');
  return width(text);
}
