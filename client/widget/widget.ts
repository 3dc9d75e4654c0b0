/** Entry point that a page loads: `<script type="module" src="https://HOST/widget.js"></script>`. */
import { LiveGenre } from './live-genre.js';

// A page may load it from two servers: the first one's element works for both, with server="…".
if (!customElements.get('live-genre')) customElements.define('live-genre', LiveGenre);
